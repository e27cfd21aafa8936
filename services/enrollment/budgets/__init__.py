"""How many messages may go out: counted before each is asked for, in the database."""
