namespace Vitrina.Simulation.Goods;

/// <summary>The grammatical class a Russian adjective agrees with.</summary>
internal enum Gender
{
    Masculine,
    Feminine,
    Neuter,
    Plural,
}
