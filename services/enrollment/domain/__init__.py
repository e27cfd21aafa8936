"""Pure rules: frozen states, decisions that return the next state and the events, no clock and no I/O.

```mermaid
stateDiagram-v2
    [*] --> prompt: ticket used
    prompt --> phone: Next
    phone --> phone.code: number accepted, MethodRequested
    phone.code --> phone: Use a different number, Back
    phone.code --> phone.verified: MethodVerified
    phone.verified --> success: Done, nothing left to set up
    success --> [*]: Done
    prompt --> [*]: Cancel and return, or 15 minutes without an action
    phone --> [*]: Cancel and return, or 15 minutes
    phone.code --> [*]: Cancel and return, or 15 minutes
```
"""
