"""One file a command. A command reads options, calls a flow or a room, and prints; it decides nothing."""
