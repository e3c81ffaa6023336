using System.Globalization;
using Vitrina.Kernels.Chance;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

/// <summary>What came of one shown list.</summary>
internal sealed class Reaction
{
    public required SimulatedRequest Request { get; init; }

    public required List<SimulatedChange.UserEvent> Events { get; init; }

    /// <summary>Sum of true click probabilities over what was examined.</summary>
    public double ExpectedClicks { get; set; }

    public int NewItemViews { get; set; }

    public int NewItemOrders { get; set; }

    public bool HasOrder { get; set; }
}

/// <summary>What may come of an item that is examined.</summary>
/// <param name="Click">Probability of a click.</param>
/// <param name="Order">Probability of an order.</param>
/// <param name="Leaves">Probability that the person looks no further.</param>
/// <param name="Price">Roubles; 0 before the publication.</param>
internal readonly record struct Chances(double Click, double Order, double Leaves, int Price);

/// <summary>Lets a person look at a list: examines from the top, clicks what pleases, carries on to cart and order, leaves after an order.</summary>
/// <remarks>
/// How far a person looks depends on the request alone, and whether an item is clicked on the request and the item, not on its place: two
/// policies meet the same people (common random numbers).
/// </remarks>
internal sealed class Behaviour
{
    // One order in so many is for two pieces.
    private const double SecondPieceProbability = 0.08;

    private readonly GoodsConfiguration _configuration;
    private readonly ulong _seed;
    private readonly Catalogue _catalogue;
    private readonly Population _people;
    private readonly ItemTimeline _timeline;
    private readonly Preference _preference;

    public Behaviour(GoodsWorld world)
    {
        _configuration = world.Configuration;
        _seed = world.Seed;
        _catalogue = world.Catalogue;
        _people = world.People;
        _timeline = world.Timeline;
        _preference = new Preference(world);
    }

    /// <summary>Mean pieces of an order.</summary>
    public static double MeanQuantity => 1 + SecondPieceProbability;

    public Preference Preference => _preference;

    /// <summary>Probability of a click on an item when examined, at a moment. Unpublished and closed items get the noise floor.</summary>
    public double ClickProbability(int user, in QueryIntent intent, int item, long at) => Chances(user, intent, item, at).Click;

    /// <summary>What may come of an item when it is examined in a list.</summary>
    public Chances Chances(GoodsRequest request, int item) => Chances(request.UserOrdinal, request.Intent, item, request.At.UtcTicks);

    /// <summary>What may come of an item when it is examined at a moment.</summary>
    public Chances Chances(int user, in QueryIntent intent, int item, long at)
    {
        bool isKnown = _timeline.TryGet(item, at, out ItemState state);
        double utility = isKnown ? _preference.Utility(user, intent, state) : 0;
        bool isLive = isKnown && state.IsLive;
        double click = _preference.ClickProbability(user, utility, isLive);
        if (!isLive || _people.IsBot[user])
        {
            return new Chances(click, 0, 0, state.Price);
        }

        double order = click * _preference.CartProbability(utility) * _preference.OrderProbability(utility);
        return new Chances(click, order, order + (click - order) * _configuration.StopAfterClickProbability, state.Price);
    }

    /// <summary>Probability that a place, from 0 on, is examined by a person who does not leave before.</summary>
    public double ExaminationProbability(int user, int place) => ExaminationOf(user).Probability(place);

    // Bots read everything.
    private Examination ExaminationOf(int user) => new(_people.IsBot[user] ? 0 : _configuration.ExaminationDecay);

    public Reaction React(SimulatedRequest request, ShownList shown)
    {
        var reaction = new Reaction { Request = request, Events = new List<SimulatedChange.UserEvent>(20) };
        RandomStream reading = Streams.Open(_seed, StreamPurpose.Reading, request.Key);
        int depth = ExaminationOf(request.UserOrdinal).DrawDepth(shown.Items.Count, ref reading);
        long at = request.At.UtcTicks;
        for (int place = 0; place < depth; place++)
        {
            at += (long)((0.4 + 1.2 * reading.NextDouble()) * TimeSpan.TicksPerSecond);
            if (!Examine(request, shown, place, ref at, reaction))
            {
                break;
            }
        }

        return reaction;
    }

    private bool Examine(SimulatedRequest request, ShownList shown, int place, ref long at, Reaction reaction)
    {
        int user = request.UserOrdinal;
        ShownItem entry = shown.Items[place];
        int item = _catalogue.ItemOrdinal(entry.Id);
        bool isKnown = _timeline.TryGet(item, request.At.UtcTicks, out ItemState state);
        double utility = isKnown ? _preference.Utility(user, GoodsRequest.Of(request).Intent, state) : 0;
        double probability = _preference.ClickProbability(user, utility, isKnown && state.IsLive);
        RandomStream choice = Streams.Open(_seed, StreamPurpose.Click, request.Key, item);
        reaction.ExpectedClicks += probability;
        reaction.NewItemViews += _catalogue.ItemIsNew[item] ? 1 : 0;
        Add(reaction, shown.RankingId, entry, "view", at, 0);
        if (!choice.NextBool(probability))
        {
            return true;
        }

        long clickedAt = at + Seconds(0.5 + choice.NextExponential(2));
        at = clickedAt;
        Add(reaction, shown.RankingId, entry, "click", at, state.Price);
        if (_people.IsBot[user] || !isKnown || !state.IsLive)
        {
            return true;
        }

        at += Seconds(4 + choice.NextExponential(15));
        if (choice.NextBool(_configuration.FavoriteProbability))
        {
            Add(reaction, shown.RankingId, entry, "favorite", at, state.Price);
        }

        bool stops = choice.NextBool(_configuration.StopAfterClickProbability);
        if (!choice.NextBool(_preference.CartProbability(utility)))
        {
            return !stops;
        }

        at += Seconds(2 + choice.NextExponential(10));
        Add(reaction, shown.RankingId, entry, "cart", at, state.Price, 1);
        if (!choice.NextBool(_preference.OrderProbability(utility)))
        {
            return !stops;
        }

        at += Seconds(20 + choice.NextExponential(60));
        int quantity = choice.NextBool(SecondPieceProbability) ? 2 : 1;
        Add(reaction, shown.RankingId, entry, "order", at, state.Price, quantity);
        reaction.HasOrder = true;
        reaction.NewItemOrders += _catalogue.ItemIsNew[item] ? 1 : 0;
        return false;
    }

    private static long Seconds(double seconds) => (long)(seconds * TimeSpan.TicksPerSecond);

    private static void Add(Reaction reaction, string rankingId, in ShownItem entry, string type, long at, int price, int quantity = 0)
    {
        SimulatedRequest request = reaction.Request;
        bool isOrder = type == "order";
        reaction.Events.Add(new SimulatedChange.UserEvent
        {
            At = new DateTimeOffset(at - at % TimeSpan.TicksPerMillisecond, TimeSpan.Zero),
            Id = string.Create(CultureInfo.InvariantCulture, $"e{request.Key}-{reaction.Events.Count}"),
            Type = type,
            User = request.User,
            Session = request.Session,
            Item = entry.Id,
            RankingId = rankingId,
            Position = entry.Position,
            Token = entry.Token,
            Query = type is "view" or "click" ? request.Query : null,
            Price = price > 0 ? price : null,
            Quantity = quantity > 0 ? quantity : null,
            Value = isOrder ? (double)price * quantity : null,
        });
    }
}
