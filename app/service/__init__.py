"""The daemon: keeps the index up to date and its models warm, and answers over a Unix socket.

Importing this package imports nothing; a command that asks a daemon imports `client` and `remote`.
"""
