// The currencies in use, by ISO 4217 (list one, amendments to 2025): code and the number of decimal digits of the
// minor unit. Each is a dimension of its own, and money held in it is a whole number of its minor units.

/// The currencies of ISO 4217.
public enum Currency {
  /// The decimal digits of each currency's minor unit that aren't two, by code.
  private static let unusual: [(digits: Int, codes: String)] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
  ]

  private static let usual = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW \
    CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR \
    ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV \
    MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD \
    SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
    """

  /// Every known code with the decimal digits of its minor unit: CNY 2, JPY 0, BHD 3.
  public static let minorDigits: [String: Int] = {
    var digits: [String: Int] = [:]
    for code in usual.split(separator: " ") { digits[String(code)] = 2 }
    for (count, codes) in unusual {
      for code in codes.split(separator: " ") { digits[String(code)] = count }
    }
    return digits
  }()

  /// The decimal digits of `currency`'s minor unit; 2 for a currency the standard doesn't list.
  public static func minorDigits(of currency: BaseDimension) -> Int { minorDigits[currency.name] ?? 2 }

  /// How many minor units make one of `currency`: 100 for CNY, 1 for JPY, 1000 for BHD.
  public static func minorUnits(per currency: BaseDimension) -> Int64 {
    var units: Int64 = 1
    for _ in 0..<minorDigits(of: currency) { units *= 10 }
    return units
  }
}
