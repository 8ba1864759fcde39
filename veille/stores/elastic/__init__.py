"""The store of organisations that outgrow one laptop: Elasticsearch 8 or 9."""
