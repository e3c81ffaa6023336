namespace Vitrina.Simulation.Goods;

/// <summary>The truth: how much a person likes an item in its state for a query.</summary>
internal sealed class Preference
{
    private const int D = Catalogue.TasteDimensions;

    // Beyond this many e-folds from the type's median a price hardly differs to a buyer any more.
    private const double PriceLimit = 2.5;

    // Three days are neither fast nor slow.
    private static readonly double UsualLogDelivery = Math.Log(1 + 3);

    private readonly GoodsConfiguration _configuration;
    private readonly Catalogue _catalogue;
    private readonly Population _people;
    private readonly DeliveryZones _zones;
    private readonly StateEffect? _stateEffect;
    private readonly float[] _standing;
    private readonly double _cartShift;
    private readonly double _orderShift;

    public Preference(GoodsWorld world)
    {
        GoodsConfiguration configuration = world.Configuration;
        Catalogue catalogue = world.Catalogue;
        _configuration = configuration;
        _catalogue = catalogue;
        _people = world.People;
        _zones = world.Zones;
        _stateEffect = configuration.StateEffectWeight > 0 ? new StateEffect(configuration, world.Seed, new OfferBins(catalogue, world.Timeline)) : null;
        _standing = new float[catalogue.ItemCount];
        for (int item = 0; item < catalogue.ItemCount; item++)
        {
            int model = catalogue.ItemModel[item];
            _standing[item] = (float)(configuration.ClickIntercept
                + configuration.BrandWeight * catalogue.Brands[catalogue.ModelBrand[model]].Quality
                + configuration.ModelQualityWeight * catalogue.ModelQuality[model]
                + configuration.ItemQualityWeight * catalogue.ItemQuality[item]
                + configuration.SellerQualityWeight * catalogue.Sellers[catalogue.ItemSeller[item]].Quality);
        }

        _cartShift = Logit(configuration.CartProbability) - configuration.FunnelSlope * configuration.ClickIntercept;
        _orderShift = Logit(configuration.OrderProbability) - configuration.FunnelSlope * configuration.ClickIntercept;
    }

    /// <summary>The part of the log-odds every buyer shares, whatever the price: intercept and qualities. Shape [items].</summary>
    public float[] Standing => _standing;

    /// <summary>Log-odds of a click by a person who examines the item.</summary>
    public double Utility(int user, in QueryIntent intent, in ItemState state)
    {
        int item = state.Item;
        int model = _catalogue.ItemModel[item];
        int type = _catalogue.ModelType[model];
        double utility = _standing[item] + Fit(intent, item, model, type);
        ReadOnlySpan<float> person = _people.Taste.AsSpan(user * D, D);
        ReadOnlySpan<float> thing = _catalogue.ModelTaste.AsSpan(model * D, D);
        double taste = 0;
        for (int dimension = 0; dimension < D; dimension++)
        {
            taste += person[dimension] * thing[dimension];
        }

        double price = Math.Clamp(Math.Log(state.Price) - _catalogue.Types[type].LogMedianPrice, -PriceLimit, PriceLimit);
        utility += _configuration.TasteWeight * taste
            - _people.PriceSensitivity[user] * price
            - _people.SpeedSensitivity[user] * (Math.Log(1 + state.Delivery + _zones.Extra(_catalogue.ItemSeller[item], _people.Region[user])) - UsualLogDelivery)
            + (_stateEffect?.Of(state) ?? 0);
        return state.OldPrice > 0 ? utility + _configuration.DiscountAppeal * (1 - (double)state.Price / state.OldPrice) : utility;
    }

    /// <summary>Probability of a click by a person who examines the item.</summary>
    public double ClickProbability(int user, double utility, bool isLive)
    {
        if (_people.IsBot[user])
        {
            return _configuration.BotClickProbability;
        }

        double noise = _configuration.NoiseClickProbability;
        return isLive ? noise + (1 - noise) * Sigmoid(utility) : noise;
    }

    /// <summary>Probability of a cart after a click.</summary>
    public double CartProbability(double utility) => Sigmoid(_cartShift + _configuration.FunnelSlope * utility);

    /// <summary>Probability of an order after a cart.</summary>
    public double OrderProbability(double utility) => Sigmoid(_orderShift + _configuration.FunnelSlope * utility);

    private static double Sigmoid(double logOdds) => 1 / (1 + Math.Exp(-logOdds));

    private static double Logit(double probability) => Math.Log(probability / (1 - probability));

    private double Fit(in QueryIntent intent, int item, int model, int type)
    {
        double fit = 0;
        if (intent.Type >= 0 && intent.Type != type)
        {
            fit -= _configuration.WrongTypePenalty;
        }

        if (intent.Brand >= 0 && intent.Brand != _catalogue.ModelBrand[model])
        {
            fit -= _configuration.WrongBrandPenalty;
        }

        if (intent.Model >= 0)
        {
            fit += intent.Model == model ? _configuration.ModelMatchWeight : -_configuration.ModelMatchWeight;
        }

        if (intent.Colour >= 0)
        {
            fit += intent.Colour == _catalogue.ItemColour[item] ? _configuration.ColourMatchWeight : -_configuration.ColourMatchWeight;
        }

        return fit;
    }
}
