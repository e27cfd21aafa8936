"""What tests share: real servers, builders, fixed implementations."""
