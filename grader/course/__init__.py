"""What is asked: records, loading, and the paper that one student gets."""
