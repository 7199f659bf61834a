// SoukEngine
