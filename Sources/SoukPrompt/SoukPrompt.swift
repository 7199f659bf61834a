// SoukPrompt
