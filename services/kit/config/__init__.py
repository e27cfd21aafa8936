"""The configuration file: what every service reads of it. What registration asks of people is enrollment's."""
