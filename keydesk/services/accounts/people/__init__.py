"""Who a person is: details, email addresses, and telling other rooms of a change."""
