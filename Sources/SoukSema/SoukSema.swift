// SoukSema
