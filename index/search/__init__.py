"""From a query to passages: dense and lexical search over one catalog, filtered, fused."""
