"""Ledgers, trial balances and bank statements: postings to accounts, which belong to lines of the statements."""
