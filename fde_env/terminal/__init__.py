"""What people see in a terminal: live views and tables. Agents never see any of it."""
