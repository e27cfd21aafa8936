"""What is told of a bad token: nothing but that it is one."""


class DeviceTokenError(Exception):
    """Not a token of this protocol, or its signature is not by that key. Says nothing about which."""
