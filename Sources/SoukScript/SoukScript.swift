// SoukScript
