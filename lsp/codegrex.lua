---@brief
---
--- https://codegrex.com
---
--- Inline completion from a local model, with ignore rules and masking before anything leaves.
---
--- ```sh
--- pipx install 'codegrex-lsp[embedded]'
--- ```
---
--- Attaches to every file type. Suggestions are `textDocument/inlineCompletion`: Neovim 0.12 shows
--- them with `vim.lsp.inline_completion.enable()`; docs/editors/neovim.md has the lines for 0.11.
---
--- `vim.g.codegrex_status` holds what a status line may show, such as `sensitive · local`.

---@class codegrex.Status
---@field mode string
---@field route? { destination: string }
---@field file? { ignored: boolean }

---@param status codegrex.Status
---@return string
local function headline(status)
  if status.file and status.file.ignored then
    return status.mode .. ' · file not read'
  end
  return status.mode .. ' · ' .. (status.route and status.route.destination or 'no model')
end

---@param client vim.lsp.Client
---@param bufnr integer
local function set_mode(client, bufnr)
  vim.ui.select({ 'normal', 'sensitive', 'offline' }, { prompt = 'Privacy mode' }, function(mode)
    if not mode then
      return
    end
    local params = { mode = mode, workspaceFolder = client.root_dir and vim.uri_from_fname(client.root_dir) }
    client:request('codegrex/setMode', params, function(err, status)
      vim.notify('CodeGrex: ' .. (err and err.message or headline(status)))
    end, bufnr)
  end)
end

---@type vim.lsp.Config
return {
  cmd = { 'codegrex-lsp', '--stdio' },
  root_markers = { '.codegrex.toml', '.git' },
  init_options = {
    editorInfo = { name = 'Neovim', version = tostring(vim.version()) },
  },
  settings = { codegrex = vim.empty_dict() },
  handlers = {
    ['codegrex/didChangeStatus'] = function(_, status)
      -- vim.json turns null into userdata; a status line wants plain values only.
      vim.g.codegrex_status = headline(vim.tbl_map(function(value)
        return value ~= vim.NIL and value or nil
      end, status))
      vim.cmd.redrawstatus()
    end,
  },
  on_attach = function(client, bufnr)
    vim.api.nvim_buf_create_user_command(bufnr, 'LspCodegrexMode', function()
      set_mode(client, bufnr)
    end, { desc = 'Set the privacy mode of this workspace' })
  end,
}
