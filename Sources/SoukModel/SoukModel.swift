// SoukModel
