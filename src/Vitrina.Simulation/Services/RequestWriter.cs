using System.Globalization;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Services;

/// <summary>Says who the specialists are and what they ask.</summary>
internal sealed class RequestWriter(ServicesWorld world)
{
    private readonly ServicesConfiguration _configuration = world.Configuration;

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
        var city = CityOf(session.Specialist);
        var place = PlaceOf(session.Specialist, city);
        return new SimulatedRequest
        {
            At = world.StartsAt.AddMilliseconds(session.At),
            User = OrderId.OfSpecialist(session.Specialist),
            Session = string.Create(CultureInfo.InvariantCulture, $"v{session.Key}"),
            Vertical = ServicesWorld.Vertical,
            Surface = ServicesWorld.Surface,
            Size = _configuration.ListSize,
            Context =
            [
                new("region", Wording.City(city)),
                new("point", string.Create(CultureInfo.InvariantCulture, $"{place.Latitude},{place.Longitude}")),
                new("cluster", string.Create(CultureInfo.InvariantCulture, $"{Wording.City(city)}/{Wording.Category(world.People.HomeOf(session.Specialist) % _configuration.CategoryCount)}")),
            ],
            Filters = new Dictionary<string, IReadOnlyList<string>> { ["city"] = [Wording.City(city)], ["category"] = CategoriesOf(session.Specialist) },
            Key = session.Key,
            UserOrdinal = session.Specialist,
        };
    }

    private int CityOf(int specialist) => world.People.HomeOf(specialist) / _configuration.CategoryCount;

    private string[] CategoriesOf(int specialist)
    {
        var home = Wording.Category(world.People.HomeOf(specialist) % _configuration.CategoryCount);
        return world.People.SecondMarket[specialist] is >= 0 and var second ? [home, Wording.Category(second % _configuration.CategoryCount)] : [home];
    }

    private GeoPoint PlaceOf(int specialist, int city) => Wording.Point(city, world.People.East[specialist], world.People.North[specialist]);
}
