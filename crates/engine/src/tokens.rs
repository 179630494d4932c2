//! Access tokens: refreshed one at a time per connection, the rotated refresh token stored before the new access token is used.

/// Refreshes under way in this process.
pub(crate) struct Flights {}
