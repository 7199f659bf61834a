// Souk
