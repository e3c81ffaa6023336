namespace Vitrina.Simulation.Goods;

/// <summary>What a person wants when typing a query; −1 where nothing in particular.</summary>
internal readonly record struct QueryIntent(int Type, int Brand, int Model, int Colour)
{
    public static QueryIntent Nothing { get; } = new(-1, -1, -1, -1);
}
