"""The reference authenticator app: a web app that keeps a key of its own and approves sign-ins."""
