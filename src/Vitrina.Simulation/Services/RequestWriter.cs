using System.Globalization;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Services;

/// <summary>Says who the specialists are and what they ask.</summary>
internal sealed class RequestWriter(ServicesWorld world)
{
    // What a specialist says of itself in every request.
    private sealed record Asker(string User, KeyValuePair<string, string>[] Context, Dictionary<string, IReadOnlyList<string>> Filters);

    private readonly ServicesConfiguration _configuration = world.Configuration;
    private readonly Asker?[] _askers = new Asker?[world.Configuration.SpecialistCount];

    /// <summary>A specialist as the marketplace gets to know it.</summary>
    public SimulatedChange.UserPut Register(int specialist)
    {
        var city = CityOf(specialist);
        return new SimulatedChange.UserPut
        {
            At = world.StartsAt,
            Id = OrderId.OfSpecialist(specialist),
            Attributes = new SpecialistCard { City = Wording.City(city), Categories = CategoriesOf(specialist), Place = PlaceOf(specialist, city) },
        };
    }

    /// <summary>The request of a session: live orders of the specialist's city and categories.</summary>
    public SimulatedRequest Request(in CitySession session)
    {
        var asker = _askers[session.Specialist] ??= AskerOf(session.Specialist);
        return new SimulatedRequest
        {
            At = world.StartsAt.AddMilliseconds(session.At),
            User = asker.User,
            Session = string.Create(CultureInfo.InvariantCulture, $"v{session.Key}"),
            Vertical = ServicesWorld.Vertical,
            Surface = ServicesWorld.Surface,
            Size = _configuration.ListSize,
            Context = asker.Context,
            Filters = asker.Filters,
            Key = session.Key,
            UserOrdinal = session.Specialist,
        };
    }

    private Asker AskerOf(int specialist)
    {
        var city = CityOf(specialist);
        var place = PlaceOf(specialist, city);
        var categories = CategoriesOf(specialist);
        return new Asker(
            OrderId.OfSpecialist(specialist),
            [
                new("region", Wording.City(city)),
                new("point", string.Create(CultureInfo.InvariantCulture, $"{place.Latitude},{place.Longitude}")),
                new("cluster", $"{Wording.City(city)}/{categories[0]}"),
            ],
            new Dictionary<string, IReadOnlyList<string>> { ["city"] = [Wording.City(city)], ["category"] = categories });
    }

    private int CityOf(int specialist) => world.People.HomeOf(specialist) / _configuration.CategoryCount;

    private string[] CategoriesOf(int specialist)
    {
        var home = Wording.Category(world.People.HomeOf(specialist) % _configuration.CategoryCount);
        return world.People.SecondMarket[specialist] is >= 0 and var second ? [home, Wording.Category(second % _configuration.CategoryCount)] : [home];
    }

    private GeoPoint PlaceOf(int specialist, int city) => Wording.Point(city, world.People.East[specialist], world.People.North[specialist]);
}
