"""What is to be proven, and how, on a `Sandbox` that the caller brings."""
