"""Rules about the service itself: what is a finding, which findings become alerts, how they are told."""
