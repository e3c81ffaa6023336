using System.Globalization;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Services;

/// <summary>Tells the marketplace what happens in a city: orders with their free places, views, responses, refusals, deals.</summary>
/// <remarks>A deal happens when the order ends; its context says when the order was created and when the winner responded, so that it can be counted at either.</remarks>
internal sealed class ChangeWriter(ServicesWorld world, int city, List<SimulatedChange> batch, ReportBuilder report) : CityListener
{
    private readonly record struct Mark(string Session, string RankingId, int Position, string? Token);

    private static readonly KeyValuePair<string, string>[] TooFar = [new("reason", "too far")];

    // Beyond this way a refusal names it, kilometres.
    private const double FarKilometres = 10;

    private readonly Dictionary<long, int> _placeOfKey = [];
    private readonly Dictionary<(long Key, int Specialist), Mark> _marks = [];
    private readonly ServicesConfiguration _configuration = world.Configuration;
    private string[] _ids = [];
    private OpenOrders? _open;

    /// <summary>The list that the present session sees.</summary>
    public ShownList Shown { get; private set; } = new() { RankingId = "", Items = [] };

    private string UserId { get; set; } = "";

    private string SessionId { get; set; } = "";

    /// <summary>Says which list is looked at now.</summary>
    public void Show(SimulatedRequest request, ShownList shown) => (UserId, SessionId, Shown) = (request.User, request.Session, shown);

    /// <summary>The open order at a place of a list; -1 for one that has ended or is none of the specialist's.</summary>
    /// <exception cref="InvalidOperationException">The item is no order.</exception>
    public int Find(ShownList shown, int place, int specialist)
    {
        try
        {
            if (!_placeOfKey.TryGetValue(OrderId.Read(shown.Items[place].Id).Key, out var order))
            {
                return -1;
            }

            var market = city * _configuration.CategoryCount + _open!.Market[order];
            return market == world.People.HomeOf(specialist) || market == world.People.SecondMarket[specialist] ? order : -1;
        }
        catch (ArgumentException exception)
        {
            throw new InvalidOperationException($"Ranking {shown.RankingId} cannot be shown: {exception.Message}", exception);
        }
    }

    public override void OrderCreated(OpenOrders open, int order)
    {
        _open = open;
        _placeOfKey[open.Key[order]] = order;
        report.Created();
        if (order >= _ids.Length)
        {
            Array.Resize(ref _ids, Math.Max(order + 1, 2 * _ids.Length));
        }

        var put = Put(open, order);
        _ids[order] = put.Id;
        batch.Add(put);
    }

    public override void SessionStarted(in CitySession session) => report.Session();

    public override void Viewed(OpenOrders open, int order, in CitySession session, int position)
    {
        report.Viewed();
        batch.Add(Event("v", "view", open, order, session, position));
    }

    public override void PassedOver(OpenOrders open, int order, in CitySession session, int position)
    {
        var refusing = Streams.Open(world.Seed, StreamPurpose.Refusing, open.Key[order], session.Specialist);
        if (refusing.NextBool(_configuration.RefusalShare))
        {
            var isFar = Need.Kilometres(world.People, session.Specialist, (open.East[order], open.North[order])) > FarKilometres;
            batch.Add(Event("x", "refusal", open, order, session, position) with { Context = isFar ? TooFar : null });
            report.Refused();
        }
    }

    public override void Responded(OpenOrders open, int order, in CitySession session, int position)
    {
        report.Responded();
        var response = Event("r", "response", open, order, session, position);
        _marks[(open.Key[order], session.Specialist)] = new Mark(response.Session, Shown.RankingId, position, response.Token);
        batch.Add(response);
        batch.Add(new SimulatedChange.ItemPatch { At = response.At, Id = response.Item, Stock = _configuration.Slots - open.ResponseCount[order] });
    }

    public override void OrderClosed(OpenOrders open, int order, long at, int winner)
    {
        var key = open.Key[order];
        _placeOfKey.Remove(key);
        report.Closed(at - open.CreatedAt[order], winner >= 0);
        for (var index = 0; index < open.ResponseCount[order]; index++)
        {
            ref var response = ref open.Response(order, index);
            _marks.Remove((key, response.Specialist), out var mark);
            if (index == winner)
            {
                batch.Add(new SimulatedChange.UserEvent
                {
                    At = Moment(at),
                    Id = string.Create(CultureInfo.InvariantCulture, $"d{key}"),
                    Type = "deal",
                    User = OrderId.OfSpecialist(response.Specialist),
                    Session = mark.Session,
                    Item = _ids[order],
                    RankingId = mark.RankingId,
                    Position = mark.Position,
                    Token = mark.Token,
                    Context = [new("createdAt", Text(open.CreatedAt[order])), new("respondedAt", Text(response.At))],
                });
            }
        }
    }

    /// <summary>An open order as the marketplace is told of it, with the places that are free now.</summary>
    public SimulatedChange.ItemPut Put(OpenOrders open, int order)
    {
        var dimensions = _configuration.SkillDimensions;
        var category = open.Market[order];
        var words = Wording.Of(category, open.Need.AsSpan(order * dimensions, dimensions));
        var wording = Streams.Open(world.Seed, StreamPurpose.Wording, open.NeedKey[order]);
        return new SimulatedChange.ItemPut
        {
            At = Moment(open.CreatedAt[order]),
            Id = OrderId.Of(open.Key[order], open.NeedKey[order]),
            Vertical = ServicesWorld.Vertical,
            Owner = string.Create(CultureInfo.InvariantCulture, $"c{open.Customer[order]}"),
            PublishedAt = Moment(open.CreatedAt[order]),
            ExpiresAt = Moment(open.ExpiresAt[order]),
            Stock = _configuration.Slots - open.ResponseCount[order],
            Attributes = new OrderCard
            {
                Title = words,
                Category = Wording.Category(category),
                Work = words,
                City = Wording.City(city),
                Place = Wording.Point(city, open.East[order], open.North[order]),
                Budget = (int)Math.Round(20 * Math.Exp(0.6 * wording.NextGaussian())) * 100,
                Capacity = _configuration.Slots,
            },
        };
    }

    private SimulatedChange.UserEvent Event(string prefix, string type, OpenOrders open, int order, in CitySession session, int position) => new()
    {
        At = Moment(session.At),
        Id = string.Create(CultureInfo.InvariantCulture, $"{prefix}{session.Key}-{position}"),
        Type = type,
        User = UserId,
        Session = SessionId,
        Item = _ids[order],
        RankingId = Shown.RankingId,
        Position = Shown.Items[position - 1].Position,
        Token = Shown.Items[position - 1].Token,
    };

    private DateTimeOffset Moment(long at) => world.StartsAt.AddMilliseconds(at);

    private string Text(long at) => Moment(at).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
