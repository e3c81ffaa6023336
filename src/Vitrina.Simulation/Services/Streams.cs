using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Simulation.Services;

/// <summary>What a random stream of an entity decides. A new purpose gets a new number; old ones keep theirs.</summary>
internal enum StreamPurpose : ulong
{
    Market = 101,
    Specialist = 102,
    Crossing = 103,
    SpecialistPlace = 104,
    MarketDay = 105,
    Order = 106,
    OrderPlace = 107,
    OrderLife = 108,
    SpecialistDay = 109,
    Examining = 110,
    Responding = 111,
    Noise = 112,
    Choosing = 113,
    Outside = 114,
    Returning = 115,
    Refusing = 116,
    Logging = 117,
    Wording = 118,
}

/// <summary>One stream per entity and purpose, so that a change of one leaves the others as they are.</summary>
internal static class Streams
{
    public static RandomStream Open(ulong seed, StreamPurpose purpose, long entity) => RandomStream.For(seed, (ulong)entity, (ulong)purpose);

    /// <summary>The stream of a pair, such as a specialist and an order.</summary>
    public static RandomStream Open(ulong seed, StreamPurpose purpose, long entity, long other) =>
        RandomStream.For(seed, Hash.Combine((ulong)entity, (ulong)other), (ulong)purpose);
}
