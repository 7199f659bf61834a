// SoukLibrary
