// SoukStats
