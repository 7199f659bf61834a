// SoukNumerics
