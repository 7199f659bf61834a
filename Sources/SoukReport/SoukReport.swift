// SoukReport
