// SoukSyntax
