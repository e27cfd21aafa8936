"""Who has messages sent for the sake of the sending: judged before each is asked for (ADR 0036)."""
