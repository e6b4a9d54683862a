META = {}
