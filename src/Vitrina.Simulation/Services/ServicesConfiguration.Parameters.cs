using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Services;

/// <summary>How an arm orders a specialist's feed.</summary>
public enum FeedOrder
{
    /// <summary>The newest order first.</summary>
    Newest,

    /// <summary>By the specialist's own utility, seen through noise.</summary>
    Match,
}

/// <summary>Every parameter of a services world: markets of specialists and short-lived orders. Utilities are in log-odds.</summary>
/// <remarks>
/// The model is that of the experiment prototype: specialists look at a feed of open orders and respond, an order has few places for responses, the
/// customer takes the best response or none. A <em>market</em> (cluster) is one category in one city.
/// </remarks>
public sealed partial record ServicesConfiguration : WorldConfiguration
{
    /// <summary>Days of history; the last one ends where EndDate begins.</summary>
    [Description("Days of history; the last one ends where EndDate begins.")]
    [Range(1, 1000)]
    public int Days { get; init; } = 28;

    /// <summary>The world's day with which the history begins: the same people at a later time, so that a market can be driven on, part by part.</summary>
    [Description("The world's day with which the history begins: the same people at a later time, so that a market can be driven on, part by part.")]
    [Range(0, 3000)]
    public int FirstDay { get; init; }

    /// <summary>Cities. Multiplied by the scale.</summary>
    [Description("Cities. Multiplied by the scale.")]
    [Range(1, 10000)]
    public int CityCount { get; init; } = 4;

    /// <summary>Categories of services in each city: cities times categories is the number of markets.</summary>
    [Description("Categories of services in each city: cities times categories is the number of markets.")]
    [Range(1, 500)]
    public int CategoryCount { get; init; } = 4;

    /// <summary>Specialists at home in each market.</summary>
    [Description("Specialists at home in each market.")]
    [Range(1, 2000)]
    public int SpecialistsPerMarket { get; init; } = 30;

    /// <summary>Share of the specialists who also work in a second category of their city.</summary>
    [Description("Share of the specialists who also work in a second category of their city.")]
    [Range(0.0, 1.0)]
    public double CrossMarketShare { get; init; } = 0.05;

    /// <summary>Simulated minutes whose requests are answered before what came of them is sent; 0 = each request sees all before it.</summary>
    [Description("Simulated minutes whose requests are answered before what came of them is sent; 0 = each request sees all before it.")]
    [Range(0, 60)]
    public int TickMinutes { get; init; } = 1;

    /// <summary>New orders per day in a market of usual volume.</summary>
    [Description("New orders per day in a market of usual volume.")]
    [Range(0.0, 5000.0)]
    public double OrdersPerDay { get; init; } = 30;

    /// <summary>Standard deviation of the log of a market's volume of orders.</summary>
    [Description("Standard deviation of the log of a market's volume of orders.")]
    [Range(0.0, 2.0)]
    public double VolumeSpread { get; init; } = 0.35;

    /// <summary>Orders on Saturday and Sunday relative to a working day.</summary>
    [Description("Orders on Saturday and Sunday relative to a working day.")]
    [Range(0.0, 10.0)]
    public double WeekendOrders { get; init; } = 0.8;

    /// <summary>Strength of the daily wave of orders: 0 = none, 1 = nobody at four in the morning (Moscow).</summary>
    [Description("Strength of the daily wave of orders: 0 = none, 1 = nobody at four in the morning (Moscow).")]
    [Range(0.0, 1.0)]
    public double OrderWave { get; init; } = 0.8;

    /// <summary>Mean life of an order before it expires, hours, were there no longest life.</summary>
    [Description("Mean life of an order before it expires, hours, were there no longest life.")]
    [Range(0.01, 1000.0)]
    public double LifeMeanHours { get; init; } = 4.4;

    /// <summary>Longest life of an order, hours.</summary>
    [Description("Longest life of an order, hours.")]
    [Range(0.01, 240.0)]
    public double LifeMaxHours { get; init; } = 12;

    /// <summary>Places for responses of an order; the last one taken closes it.</summary>
    [Description("Places for responses of an order; the last one taken closes it.")]
    [Range(1, 100)]
    public int Slots { get; init; } = 4;

    /// <summary>Dimensions of skills and needs; utility is their inner product over the root of this number.</summary>
    [Description("Dimensions of skills and needs; utility is their inner product over the root of this number.")]
    [Range(1, 16)]
    public int SkillDimensions { get; init; } = 4;

    /// <summary>Radius of a city, kilometres: where specialists and orders are.</summary>
    [Description("Radius of a city, kilometres: where specialists and orders are.")]
    [Range(0.1, 100.0)]
    public double CityRadiusKm { get; init; } = 10;

    /// <summary>Utility lost per kilometre between specialist and order.</summary>
    [Description("Utility lost per kilometre between specialist and order.")]
    [Range(0.0, 5.0)]
    public double DistanceWeight { get; init; } = 0.03;

    /// <summary>Mean sessions of a specialist per day.</summary>
    [Description("Mean sessions of a specialist per day.")]
    [Range(0.0, 300.0)]
    public double SessionsPerDay { get; init; } = 3;

    /// <summary>Strength of the daily wave of sessions: 0 = none, 1 = nobody at four in the morning (Moscow).</summary>
    [Description("Strength of the daily wave of sessions: 0 = none, 1 = nobody at four in the morning (Moscow).")]
    [Range(0.0, 1.0)]
    public double SessionWave { get; init; } = 0.5;

    /// <summary>Orders shown per session.</summary>
    [Description("Orders shown per session.")]
    [Range(1, 100)]
    public int ListSize { get; init; } = 5;

    /// <summary>Position p is examined with probability 1/(1 + ExaminationDecay (p-1)).</summary>
    [Description("Position p is examined with probability 1/(1 + ExaminationDecay (p-1)).")]
    [Range(0.0, 100.0)]
    public double ExaminationDecay { get; init; } = 0.25;

    /// <summary>Log-odds of a response to an examined order of utility 0.</summary>
    [Description("Log-odds of a response to an examined order of utility 0.")]
    [Range(-30.0, 30.0)]
    public double ResponseIntercept { get; init; } = -0.7;

    /// <summary>Log-odds of a response per unit of utility.</summary>
    [Description("Log-odds of a response per unit of utility.")]
    [Range(-30.0, 30.0)]
    public double ResponseSlope { get; init; } = 1.2;

    /// <summary>Share of the examined orders without a response that are refused in so many words.</summary>
    [Description("Share of the examined orders without a response that are refused in so many words.")]
    [Range(0.0, 1.0)]
    public double RefusalShare { get; init; } = 0.15;

    /// <summary>Weight of utility when the customer chooses among responses.</summary>
    [Description("Weight of utility when the customer chooses among responses.")]
    [Range(-30.0, 30.0)]
    public double ChoiceSlope { get; init; } = 0.8;

    /// <summary>Utility of taking nobody.</summary>
    [Description("Utility of taking nobody.")]
    [Range(-30.0, 30.0)]
    public double OutsideUtility { get; init; } = 1.3;

    /// <summary>Hours after a deal in which the specialist does not look for orders.</summary>
    [Description("Hours after a deal in which the specialist does not look for orders.")]
    [Range(0.0, 1000.0)]
    public double BusyHours { get; init; } = 1;

    /// <summary>Probability that a customer orders again after a deal.</summary>
    [Description("Probability that a customer orders again after a deal.")]
    [Range(0.0, 0.95)]
    public double RepeatShare { get; init; } = 0.1;

    /// <summary>Mean days until a customer orders again.</summary>
    [Description("Mean days until a customer orders again.")]
    [Range(0.01, 1000.0)]
    public double RepeatMeanDays { get; init; } = 7;

    /// <summary>Probability that an order that ended without a deal is listed again.</summary>
    [Description("Probability that an order that ended without a deal is listed again.")]
    [Range(0.0, 0.95)]
    public double RelistShare { get; init; } = 0.12;

    /// <summary>Mean hours until an order is listed again.</summary>
    [Description("Mean hours until an order is listed again.")]
    [Range(0.01, 1000.0)]
    public double RelistMeanHours { get; init; } = 18;

    /// <summary>How arm B orders the feed; arm A shows the newest first.</summary>
    [Description("How arm B orders the feed, match or newest; arm A shows the newest first.")]
    public FeedOrder TreatmentOrder { get; init; } = FeedOrder.Match;

    /// <summary>Standard deviation of the noise through which arm B sees utility.</summary>
    [Description("Standard deviation of the noise through which arm B sees utility.")]
    [Range(0.0, 100.0)]
    public double TreatmentNoise { get; init; } = 0.5;

    /// <summary>Share of the hesitations that arm B removes: a response has probability 1 - (1 - p)(1 - this).</summary>
    [Description("Share of the hesitations that arm B removes: a response has probability 1 - (1 - p)(1 - this).")]
    [Range(0.0, 1.0)]
    public double TreatmentIncentive { get; init; }

    /// <summary>Favour of arm B's responses once the customer has decided to take somebody: it moves deals between specialists and makes none.</summary>
    [Description("Favour of arm B's responses once the customer has decided to take somebody: it moves deals between specialists and makes none.")]
    [Range(0.0, 30.0)]
    public double TreatmentStealing { get; init; }

    /// <summary>Share of rankings that the logging policy answers in uniformly random order.</summary>
    [Description("Share of rankings that the logging policy answers in uniformly random order.")]
    [Range(0.0, 1.0)]
    public double RandomisedShare { get; init; } = 0.15;

    /// <summary>Plackett-Luce temperature of the logging policy over the order of age; 0 = exactly the newest first.</summary>
    [Description("Plackett-Luce temperature of the logging policy over the order of age; 0 = exactly the newest first.")]
    [Range(0.0, 100.0)]
    public double LoggingTemperature { get; init; } = 0.5;
}
