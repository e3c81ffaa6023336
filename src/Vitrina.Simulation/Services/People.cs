using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Services;

/// <summary>The specialists and their markets, as a struct of arrays over dense ordinals.</summary>
/// <remarks>A market is city × CategoryCount + category; the specialists at home in market m are m × SpecialistsPerMarket and those after it.</remarks>
internal sealed class People
{
    private readonly ServicesConfiguration _configuration;

    public People(ServicesConfiguration configuration, ulong seed, int threads)
    {
        _configuration = configuration;
        var dimensions = configuration.SkillDimensions;
        Volume = new double[configuration.MarketCount];
        Members = new int[configuration.MarketCount][];
        Skill = new double[configuration.SpecialistCount * dimensions];
        SecondMarket = new int[configuration.SpecialistCount];
        SecondSeat = new int[configuration.SpecialistCount];
        East = new double[configuration.SpecialistCount];
        North = new double[configuration.SpecialistCount];
        Parallel.For(0, configuration.CityCount, new ParallelOptions { MaxDegreeOfParallelism = threads }, city => BuildCity(city, seed));
    }

    /// <summary>Orders of a market relative to a usual one.</summary>
    public double[] Volume { get; }

    /// <summary>Who works in a market: those at home there, then those who came from other categories. The place in the list is the specialist's seat.</summary>
    public int[][] Members { get; }

    /// <summary>Row-major, shape [specialists × SkillDimensions], standard normal.</summary>
    public double[] Skill { get; }

    /// <summary>The other market that a specialist works in; -1 for none.</summary>
    public int[] SecondMarket { get; }

    /// <summary>The seat in the second market.</summary>
    public int[] SecondSeat { get; }

    /// <summary>Kilometres east of the city's centre.</summary>
    public double[] East { get; }

    /// <summary>Kilometres north of the city's centre.</summary>
    public double[] North { get; }

    /// <summary>The market a specialist is at home in.</summary>
    public int HomeOf(int specialist) => specialist / _configuration.SpecialistsPerMarket;

    /// <summary>The specialist's place in a market's list of members.</summary>
    public int SeatOf(int specialist, int market) => market == HomeOf(specialist) ? specialist % _configuration.SpecialistsPerMarket : SecondSeat[specialist];

    /// <summary>A point uniform over the city's disc.</summary>
    public static (double East, double North) Place(ref RandomStream stream, double radius)
    {
        while (true)
        {
            var (x, y) = (2 * stream.NextDouble() - 1, 2 * stream.NextDouble() - 1);
            if (x * x + y * y < 1)
            {
                return (x * radius, y * radius);
            }
        }
    }

    private void BuildCity(int city, ulong seed)
    {
        var perMarket = _configuration.SpecialistsPerMarket;
        var (first, end) = (city * _configuration.CategoryCount, (city + 1) * _configuration.CategoryCount);
        var guests = new List<int>[_configuration.CategoryCount];
        for (var market = first; market < end; market++)
        {
            var stream = Streams.Open(seed, StreamPurpose.Market, market);
            Volume[market] = Math.Exp(_configuration.VolumeSpread * stream.NextGaussian());
            guests[market - first] = [];
        }

        for (var specialist = first * perMarket; specialist < end * perMarket; specialist++)
        {
            BuildSpecialist(specialist, seed);
            if (SecondMarket[specialist] >= 0)
            {
                var list = guests[SecondMarket[specialist] - first];
                SecondSeat[specialist] = perMarket + list.Count;
                list.Add(specialist);
            }
        }

        for (var market = first; market < end; market++)
        {
            Members[market] = [.. Enumerable.Range(market * perMarket, perMarket), .. guests[market - first]];
        }
    }

    private void BuildSpecialist(int specialist, ulong seed)
    {
        var dimensions = _configuration.SkillDimensions;
        var skills = Streams.Open(seed, StreamPurpose.Specialist, specialist);
        for (var dimension = 0; dimension < dimensions; dimension++)
        {
            Skill[specialist * dimensions + dimension] = skills.NextGaussian();
        }

        var crossing = Streams.Open(seed, StreamPurpose.Crossing, specialist);
        var isCrossing = crossing.NextBool(_configuration.CrossMarketShare) && _configuration.CategoryCount > 1;
        SecondMarket[specialist] = -1;
        if (isCrossing)
        {
            // Any category of the city but the own one.
            var home = HomeOf(specialist);
            var city = home / _configuration.CategoryCount * _configuration.CategoryCount;
            var other = city + crossing.NextInt(_configuration.CategoryCount - 1);
            SecondMarket[specialist] = other >= home ? other + 1 : other;
        }

        var place = Streams.Open(seed, StreamPurpose.SpecialistPlace, specialist);
        (East[specialist], North[specialist]) = Place(ref place, _configuration.CityRadiusKm);
    }
}
