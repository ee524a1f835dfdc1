"""What keeps the schedules honest for years: who is alive, what was missed, what is wrong and who is told."""
