//! Checks recorded requests and answers against the published contract of Graph.
