// SoukLower
