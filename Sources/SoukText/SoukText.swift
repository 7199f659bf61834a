// SoukText
