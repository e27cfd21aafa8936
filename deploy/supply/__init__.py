"""What the product is made of: locked dependencies, their audit, and the bill of materials (ADR 0029)."""
