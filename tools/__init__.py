"""What a checkout needs to be tested: setting up tools, running everything. Never in the wheel."""
