using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

/// <summary>Every parameter of a goods world. Log-odds and standard deviations are in natural units, rates are per day.</summary>
/// <remarks>Nothing in the engine may read it: it holds the truth. Two worlds with equal configuration, seed and end date are the same bytes.</remarks>
public sealed partial record GoodsConfiguration : WorldConfiguration
{
    /// <summary>Days of history; the last one ends where EndDate begins.</summary>
    [Description("Days of history; the last one ends where EndDate begins.")]
    [Range(1, 400)]
    public int Days { get; init; } = 21;

    /// <summary>Simulated minutes whose requests are answered before any of their events is sent.</summary>
    [Description("Simulated minutes whose requests are answered before any of their events is sent.")]
    [Range(1, 1440)]
    public int TickMinutes { get; init; } = 1;

    /// <summary>Item types (leaf categories). At most what the grammar can name.</summary>
    [Description("Item types (leaf categories). At most what the grammar can name.")]
    [Range(1, 1_000)]
    public int TypeCount { get; init; } = 40;

    /// <summary>Items: sellers' cards, alive or to come. Multiplied by the scale.</summary>
    [Description("Items: sellers' cards, alive or to come. Multiplied by the scale.")]
    [Range(10, 20000000)]
    public int ItemCount { get; init; } = 6000;

    /// <summary>Sellers. Multiplied by the scale.</summary>
    [Description("Sellers. Multiplied by the scale.")]
    [Range(1, 2000000)]
    public int SellerCount { get; init; } = 150;

    /// <summary>People and bots. Multiplied by the scale.</summary>
    [Description("People and bots. Multiplied by the scale.")]
    [Range(1, 20000000)]
    public int UserCount { get; init; } = 3000;

    /// <summary>Mean number of cards of one model, over sellers, colours and sizes.</summary>
    [Description("Mean number of cards of one model, over sellers, colours and sizes.")]
    [Range(1.0, 1000.0)]
    public double ItemsPerModel { get; init; } = 4.0;

    /// <summary>Share of the items that are published during the history instead of before it.</summary>
    [Description("Share of the items that are published during the history instead of before it.")]
    [Range(0.0, 0.95)]
    public double NewItemShare { get; init; } = 0.2;

    /// <summary>Standard deviation of log price of models within a type.</summary>
    [Description("Standard deviation of log price of models within a type.")]
    [Range(0.0, 2.0)]
    public double PriceSpread { get; init; } = 0.5;

    /// <summary>Standard deviation of log price between cards of one model.</summary>
    [Description("Standard deviation of log price between cards of one model.")]
    [Range(0.0, 1.0)]
    public double SellerPriceSpread { get; init; } = 0.12;

    /// <summary>Lasting price changes per item and day.</summary>
    [Description("Lasting price changes per item and day.")]
    [Range(0.0, 5.0)]
    public double PriceChangesPerDay { get; init; } = 0.1;

    /// <summary>Standard deviation of the log of one lasting price change.</summary>
    [Description("Standard deviation of the log of one lasting price change.")]
    [Range(0.0, 1.0)]
    public double PriceChangeSpread { get; init; } = 0.14;

    /// <summary>Discounts begun per item and day.</summary>
    [Description("Discounts begun per item and day.")]
    [Range(0.0, 2.0)]
    public double DiscountsPerDay { get; init; } = 0.025;

    /// <summary>Smallest discount, share of the price.</summary>
    [Description("Smallest discount, share of the price.")]
    [Range(0.0, 0.9)]
    public double DiscountMinimum { get; init; } = 0.1;

    /// <summary>Largest discount, share of the price; not below DiscountMinimum.</summary>
    [Description("Largest discount, share of the price; not below DiscountMinimum.")]
    [Range(0.0, 0.9)]
    public double DiscountMaximum { get; init; } = 0.4;

    /// <summary>Mean length of a discount, days.</summary>
    [Description("Mean length of a discount, days.")]
    [Range(0.05, 100.0)]
    public double DiscountMeanDays { get; init; } = 4.0;

    /// <summary>Changes of the delivery time per item and day (the card moves to another warehouse).</summary>
    [Description("Changes of the delivery time per item and day (the card moves to another warehouse).")]
    [Range(0.0, 5.0)]
    public double DeliveryChangesPerDay { get; init; } = 0.05;

    /// <summary>Times an item runs out of stock, per item and day.</summary>
    [Description("Times an item runs out of stock, per item and day.")]
    [Range(0.0, 2.0)]
    public double StockOutsPerDay { get; init; } = 0.008;

    /// <summary>Mean days without stock.</summary>
    [Description("Mean days without stock.")]
    [Range(0.05, 100.0)]
    public double StockOutMeanDays { get; init; } = 1.5;

    /// <summary>Items withdrawn for good, per item and day.</summary>
    [Description("Items withdrawn for good, per item and day.")]
    [Range(0.0, 1.0)]
    public double ClosuresPerDay { get; init; } = 0.002;

    /// <summary>Share of sellers who send from abroad, one to three weeks.</summary>
    [Description("Share of sellers who send from abroad, one to three weeks.")]
    [Range(0.0, 1.0)]
    public double AbroadShare { get; init; } = 0.08;

    /// <summary>Mean sessions per person and day.</summary>
    [Description("Mean sessions per person and day.")]
    [Range(0.0, 8.0)]
    public double SessionsPerUserDay { get; init; } = 0.25;

    /// <summary>Standard deviation of log activity between people.</summary>
    [Description("Standard deviation of log activity between people.")]
    [Range(0.0, 3.0)]
    public double ActivitySpread { get; init; } = 0.9;

    /// <summary>Mean requests of a session that is not ended by an order.</summary>
    [Description("Mean requests of a session that is not ended by an order.")]
    [Range(1.0, 8.0)]
    public double RequestsPerSession { get; init; } = 1.6;

    /// <summary>How much of a person's taste is that of the region and of the decade of birth: 0 = all of it is the person's own.</summary>
    [Description("How much of a person's taste is that of the region and of the decade of birth: 0 = all of it is the person's own.")]
    [Range(0.0, 1.0)]
    public double SharedTaste { get; init; }

    /// <summary>Share of people who register during the history.</summary>
    [Description("Share of people who register during the history.")]
    [Range(0.0, 1.0)]
    public double NewUserShare { get; init; } = 0.15;

    /// <summary>Share of users that are bots.</summary>
    [Description("Share of users that are bots.")]
    [Range(0.0, 1.0)]
    public double BotShare { get; init; } = 0.01;

    /// <summary>Sessions of a bot relative to a person.</summary>
    [Description("Sessions of a bot relative to a person.")]
    [Range(0.0, 30.0)]
    public double BotActivity { get; init; } = 6.0;

    /// <summary>Probability that a bot clicks what it views.</summary>
    [Description("Probability that a bot clicks what it views.")]
    [Range(0.0, 1.0)]
    public double BotClickProbability { get; init; } = 0.3;

    /// <summary>Activity on Saturday and Sunday relative to a working day.</summary>
    [Description("Activity on Saturday and Sunday relative to a working day.")]
    [Range(0.0, 10.0)]
    public double WeekendActivity { get; init; } = 1.2;

    /// <summary>Strength of the hours of the day: 0 = all hours alike, 1 = nearly nobody at night.</summary>
    [Description("Strength of the hours of the day: 0 = all hours alike, 1 = nearly nobody at night.")]
    [Range(0.0, 1.0)]
    public double DailyWave { get; init; } = 0.8;

    /// <summary>Weight of queries that name a type.</summary>
    [Description("Weight of queries that name a type.")]
    [Range(0.0, 1.0)]
    public double TypeQueryShare { get; init; } = 0.45;

    /// <summary>Weight of queries that name a type and a brand.</summary>
    [Description("Weight of queries that name a type and a brand.")]
    [Range(0.0, 1.0)]
    public double BrandTypeQueryShare { get; init; } = 0.25;

    /// <summary>Weight of queries that name a model.</summary>
    [Description("Weight of queries that name a model.")]
    [Range(0.0, 1.0)]
    public double ModelQueryShare { get; init; } = 0.14;

    /// <summary>Weight of queries that name a type and a colour.</summary>
    [Description("Weight of queries that name a type and a colour.")]
    [Range(0.0, 1.0)]
    public double ColourQueryShare { get; init; } = 0.1;

    /// <summary>Weight of queries that name only a brand.</summary>
    [Description("Weight of queries that name only a brand.")]
    [Range(0.0, 1.0)]
    public double BrandQueryShare { get; init; } = 0.06;

    /// <summary>Share of queries with one typing error.</summary>
    [Description("Share of queries with one typing error.")]
    [Range(0.0, 1.0)]
    public double TypoShare { get; init; } = 0.06;

    /// <summary>Share of queries typed in the wrong keyboard layout.</summary>
    [Description("Share of queries typed in the wrong keyboard layout.")]
    [Range(0.0, 1.0)]
    public double LayoutSlipShare { get; init; } = 0.015;

    /// <summary>Exponent of the popularity of types, models and wordings by rank.</summary>
    [Description("Exponent of the popularity of types, models and wordings by rank.")]
    [Range(0.0, 3.0)]
    public double ZipfExponent { get; init; } = 0.9;

    /// <summary>Items asked for per request.</summary>
    [Description("Items asked for per request.")]
    [Range(1, 200)]
    public int ListSize { get; init; } = 30;

    /// <summary>Most items the logging policy considers for one request.</summary>
    [Description("Most items the logging policy considers for one request.")]
    [Range(1, 5000)]
    public int CandidateLimit { get; init; } = 240;

    /// <summary>Share of other types among the candidates of the logging policy.</summary>
    [Description("Share of other types among the candidates of the logging policy.")]
    [Range(0.0, 0.9)]
    public double IrrelevantShare { get; init; } = 0.1;

    /// <summary>Share of rankings that the logging policy answers in uniformly random order.</summary>
    [Description("Share of rankings that the logging policy answers in uniformly random order.")]
    [Range(0.0, 1.0)]
    public double RandomisedShare { get; init; } = 0.15;

    /// <summary>Weight of (stale, noisy) popularity in the logging policy.</summary>
    [Description("Weight of (stale, noisy) popularity in the logging policy.")]
    [Range(0.0, 10.0)]
    public double PopularityWeight { get; init; } = 0.6;

    /// <summary>Weight of word overlap in the logging policy.</summary>
    [Description("Weight of word overlap in the logging policy.")]
    [Range(0.0, 10.0)]
    public double TextWeight { get; init; } = 1.5;

    /// <summary>Plackett-Luce temperature of the logging policy.</summary>
    [Description("Plackett-Luce temperature of the logging policy.")]
    [Range(0.01, 10.0)]
    public double LoggingTemperature { get; init; } = 0.7;

    /// <summary>Position p is examined with probability 1/(1 + ExaminationDecay (p-1)); people examine from the top.</summary>
    [Description("Position p is examined with probability 1/(1 + ExaminationDecay (p-1)); people examine from the top.")]
    [Range(0.0, 10.0)]
    public double ExaminationDecay { get; init; } = 0.12;

    /// <summary>Probability of looking no further after a click; above 0, examination also depends on what is clicked.</summary>
    [Description("Probability of looking no further after a click; above 0, examination also depends on what is clicked.")]
    [Range(0.0, 1.0)]
    public double StopAfterClickProbability { get; init; } = 0.0;

    /// <summary>Floor of the click probability, whatever is shown.</summary>
    [Description("Floor of the click probability, whatever is shown.")]
    [Range(0.0, 1.0)]
    public double NoiseClickProbability { get; init; } = 0.005;

    /// <summary>Log-odds of a click on an average item that fits the query.</summary>
    [Description("Log-odds of a click on an average item that fits the query.")]
    [Range(-15.0, 5.0)]
    public double ClickIntercept { get; init; } = -2.6;

    /// <summary>Taken from the log-odds when the item is not of the wanted type.</summary>
    [Description("Taken from the log-odds when the item is not of the wanted type.")]
    [Range(0.0, 20.0)]
    public double WrongTypePenalty { get; init; } = 3.5;

    /// <summary>Taken when a brand was asked for and the item is of another.</summary>
    [Description("Taken when a brand was asked for and the item is of another.")]
    [Range(0.0, 20.0)]
    public double WrongBrandPenalty { get; init; } = 1.6;

    /// <summary>Added when the model asked for is shown, taken when another is.</summary>
    [Description("Added when the model asked for is shown, taken when another is.")]
    [Range(0.0, 20.0)]
    public double ModelMatchWeight { get; init; } = 1.6;

    /// <summary>Added when the colour asked for is shown, taken when another is.</summary>
    [Description("Added when the colour asked for is shown, taken when another is.")]
    [Range(0.0, 20.0)]
    public double ColourMatchWeight { get; init; } = 0.7;

    /// <summary>Standard deviation of personal taste for brand and style, log-odds.</summary>
    [Description("Standard deviation of personal taste for brand and style, log-odds.")]
    [Range(0.0, 10.0)]
    public double TasteWeight { get; init; } = 0.8;

    /// <summary>Standard deviation of what all people think of a brand, log-odds.</summary>
    [Description("Standard deviation of what all people think of a brand, log-odds.")]
    [Range(0.0, 10.0)]
    public double BrandWeight { get; init; } = 0.25;

    /// <summary>Standard deviation of the quality of models, log-odds.</summary>
    [Description("Standard deviation of the quality of models, log-odds.")]
    [Range(0.0, 10.0)]
    public double ModelQualityWeight { get; init; } = 0.5;

    /// <summary>Standard deviation of the quality of a card (photos, words) given its model, log-odds.</summary>
    [Description("Standard deviation of the quality of a card (photos, words) given its model, log-odds.")]
    [Range(0.0, 10.0)]
    public double ItemQualityWeight { get; init; } = 0.3;

    /// <summary>Standard deviation of the quality of sellers, log-odds.</summary>
    [Description("Standard deviation of the quality of sellers, log-odds.")]
    [Range(0.0, 10.0)]
    public double SellerQualityWeight { get; init; } = 0.35;

    /// <summary>Mean loss of log-odds when the price is e times the type's median.</summary>
    [Description("Mean loss of log-odds when the price is e times the type's median.")]
    [Range(0.0, 10.0)]
    public double PriceSensitivity { get; init; } = 1.1;

    /// <summary>Standard deviation of log price sensitivity between people.</summary>
    [Description("Standard deviation of log price sensitivity between people.")]
    [Range(0.0, 3.0)]
    public double PriceSensitivitySpread { get; init; } = 0.5;

    /// <summary>Mean loss of log-odds when the delivery takes e times as long.</summary>
    [Description("Mean loss of log-odds when the delivery takes e times as long.")]
    [Range(0.0, 10.0)]
    public double SpeedSensitivity { get; init; } = 0.7;

    /// <summary>Standard deviation of log speed sensitivity between people.</summary>
    [Description("Standard deviation of log speed sensitivity between people.")]
    [Range(0.0, 3.0)]
    public double SpeedSensitivitySpread { get; init; } = 0.5;

    /// <summary>Log-odds added by a discount of the whole price; a discount of 25 % adds a quarter of it.</summary>
    [Description("Log-odds added by a discount of the whole price; a discount of 25 % adds a quarter of it.")]
    [Range(0.0, 10.0)]
    public double DiscountAppeal { get; init; } = 0.8;

    /// <summary>Probability of a favorite after a click on an average item.</summary>
    [Description("Probability of a favorite after a click on an average item.")]
    [Range(0.0, 1.0)]
    public double FavoriteProbability { get; init; } = 0.06;

    /// <summary>Probability of a cart after a click on an average item; grows with its utility.</summary>
    [Description("Probability of a cart after a click on an average item; grows with its utility.")]
    [Range(0.0, 1.0)]
    public double CartProbability { get; init; } = 0.1;

    /// <summary>Probability of an order after a cart on an average item; grows with its utility.</summary>
    [Description("Probability of an order after a cart on an average item; grows with its utility.")]
    [Range(0.0, 1.0)]
    public double OrderProbability { get; init; } = 0.15;

    /// <summary>How much of the utility returns as log-odds in the steps after the click.</summary>
    [Description("How much of the utility returns as log-odds in the steps after the click.")]
    [Range(0.0, 5.0)]
    public double FunnelSlope { get; init; } = 0.5;

    /// <summary>Share of sellers with a campaign: they pay a fee for orders from promoted places. Campaigns change nothing about what people do.</summary>
    [Description("Share of sellers with a campaign: they pay a fee for orders from promoted places. Campaigns change nothing about what people do.")]
    [Range(0.0, 1.0)]
    public double CampaignSellerShare { get; init; } = 0.3;

    /// <summary>Share of a seller's items that its campaign promotes.</summary>
    [Description("Share of a seller's items that its campaign promotes.")]
    [Range(0.0, 1.0)]
    public double CampaignItemShare { get; init; } = 0.5;

    /// <summary>Smallest fee, share of the price.</summary>
    [Description("Smallest fee, share of the price.")]
    [Range(0.0, 1.0)]
    public double CampaignFeeMinimum { get; init; } = 0.02;

    /// <summary>Largest fee, share of the price; not below CampaignFeeMinimum.</summary>
    [Description("Largest fee, share of the price; not below CampaignFeeMinimum.")]
    [Range(0.0, 1.0)]
    public double CampaignFeeMaximum { get; init; } = 0.15;

    /// <summary>Mean length of a campaign, days.</summary>
    [Description("Mean length of a campaign, days.")]
    [Range(0.05, 400.0)]
    public double CampaignMeanDays { get; init; } = 10;

    /// <summary>Mean daily budget of a campaign, roubles; seven of them are its total budget.</summary>
    [Description("Mean daily budget of a campaign, roubles; seven of them are its total budget.")]
    [Range(0.0, 1000000000.0)]
    public double CampaignDailyBudget { get; init; } = 3000;

    /// <summary>Mean days that a delivery into another region takes longer; 0 = delivery is the same everywhere.</summary>
    [Description("Mean days that a delivery into another region takes longer; 0 = delivery is the same everywhere.")]
    [Range(0.0, 30.0)]
    public double ZoneDelayDays { get; init; }

    /// <summary>Standard deviation of what an item owes to its price and delivery state alone, log-odds of a click: the planted offer effect.</summary>
    [Description("Standard deviation of what an item owes to its price and delivery state alone, log-odds of a click: the planted offer effect.")]
    [Range(0.0, 10.0)]
    public double StateEffectWeight { get; init; }

    /// <summary>Price bins over which that effect stays alike (the correlation falls to 0.61 at this distance).</summary>
    [Description("Price bins over which that effect stays alike (the correlation falls to 0.61 at this distance).")]
    [Range(0.1, 1000.0)]
    public double StatePriceReach { get; init; } = 2;

    /// <summary>Delivery bins over which that effect stays alike.</summary>
    [Description("Delivery bins over which that effect stays alike.")]
    [Range(0.1, 1000.0)]
    public double StateDeliveryReach { get; init; } = 2;
}
