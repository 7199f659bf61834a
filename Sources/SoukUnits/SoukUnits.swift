// SoukUnits
