"""One step a file: values and tools in, values out; safe to run again."""
