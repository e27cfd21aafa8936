"""`make attack`: what strangers, other clients and other people try, on a running stack and in this process."""
