"""Pages and the app in Chromium, without a stack."""
