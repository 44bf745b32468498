"""What a database specialist knows. Pure: no disk, no network, no process, no clock (`app` and `cli` excepted)."""
