"""Claims about concrete data, one by one (`claims`) or a whole manuscript's (`manifest`)."""
