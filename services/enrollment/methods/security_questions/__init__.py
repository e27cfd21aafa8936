"""Security questions: answers that only recover an account."""
