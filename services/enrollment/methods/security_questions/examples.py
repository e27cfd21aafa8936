"""Examples of the calls about security questions."""

QUESTIONS = {"value": [{"id": "first-pet", "text": "What was the name of your first pet?"}]}
