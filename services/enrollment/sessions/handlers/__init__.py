"""Use cases of sessions: begin by a ticket, go on, prove, leave."""
